// admin/running
// Statements that run now, with who runs them.
// mode: read
// params: none
// returns: transactionId: str, username: str, currentQuery: str
// allow: DifferentRows because each engine lists its own transactions
SHOW TRANSACTIONS YIELD transactionId, username, currentQuery

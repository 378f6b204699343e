// admin/terminate
// End a statement that runs.
// mode: read
// params: id: str
// returns: transactionId: str, username: str, message: str
// allow: DifferentRows because each engine names its own transactions
// example: {"id": "neo4j-transaction-0"}
TERMINATE TRANSACTIONS $id YIELD transactionId, username, message

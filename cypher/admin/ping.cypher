// admin/ping
// One row, if the database answers.
// mode: read
// params: none
// returns: ok: bool
RETURN true AS ok

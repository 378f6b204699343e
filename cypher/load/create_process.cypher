// load/create_process
// Add Process nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "process-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Process {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name, path: row.props.path, command_line: row.props.command_line,
  working_directory: row.props.working_directory, pid: row.props.pid, guid: row.props.guid,
  machine_id: row.props.machine_id, user_id: row.props.user_id, logon_id: row.props.logon_id,
  integrity: row.props.integrity, md5: row.props.md5, sha1: row.props.sha1, sha256: row.props.sha256,
  imphash: row.props.imphash, original_file_name: row.props.original_file_name, company: row.props.company,
  terminal_session: row.props.terminal_session, start: row.props.start, end: row.props.end,
  start_guessed: row.props.start_guessed, stub: row.props.stub, parent_path: row.props.parent_path,
  parent_pid: row.props.parent_pid
})

"""The HTTP interface: `/api/v1` and the browser workspace, for one workspace on one machine."""

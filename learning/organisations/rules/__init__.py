"""Pure decisions about units, people's names and rosters: no database, no request, no clock."""

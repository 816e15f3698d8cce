"""Fault runs: processes killed, databases stopped, disks filled, while candidates save."""

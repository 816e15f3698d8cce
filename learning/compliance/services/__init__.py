"""What HR decides: requirements, exemptions, assignments."""

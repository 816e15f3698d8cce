"""Forms of compliance: shape and limits; what they mean is in the rules."""

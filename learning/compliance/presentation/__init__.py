"""What compliance prints. Knows no database."""

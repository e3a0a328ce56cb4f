"""What people and programs are shown of an assessment or a pathway."""

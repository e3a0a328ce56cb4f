"""What carepath gives to other systems, in the forms that they read: FHIR, plans, CDS Hooks and contracts."""

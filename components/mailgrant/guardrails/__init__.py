"""What a plan may not do: one table of rules, and what they find after the waivers of the stack."""

"""The acts, in the order of a datum: look, judge, deliver. Decisions are core's; here they are carried out."""

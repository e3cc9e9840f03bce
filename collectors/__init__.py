"""How accounts and apps are looked at."""

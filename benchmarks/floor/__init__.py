"""The floors: what a page or an import costs with Django and nothing but the one thing that is compared."""

"""What people type about people. Passwords are never echoed; everything else typed is kept when a form is refused."""

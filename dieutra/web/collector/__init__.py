"""What a collector's phone talks to: the OpenRosa addresses, with a sign-in of their own."""

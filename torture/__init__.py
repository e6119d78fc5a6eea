"""`make torture`: what must hold when the server is killed again and again, and when many editors work at once. The suite plays both in short."""

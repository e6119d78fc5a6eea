"""The public API: what readers see, for programs. Read-only, over public rows alone (docs/api.md)."""

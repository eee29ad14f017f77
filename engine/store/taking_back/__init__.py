"""An import in; what was stored before it out."""

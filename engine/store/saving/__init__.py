"""What a look concluded in; what is stored of it out."""

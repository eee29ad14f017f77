"""The words of a workspace's files, as frozen pydantic models; `language.md` made checkable."""

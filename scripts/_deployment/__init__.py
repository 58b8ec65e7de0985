"""Everything `ape run deploy` is made of: the plan, the chains it knows, how it resumes, how it checks itself."""

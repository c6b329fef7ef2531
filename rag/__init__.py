"""The answer service: finding, composing, checking, citing, abstaining."""

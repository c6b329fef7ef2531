-- The keywords of one audience; {audience} is its number.
-- context and body hold stems, spelling holds words as written, joined by spaces, as the lexicon
-- makes them.
CREATE VIRTUAL TABLE keywords_{audience} USING fts5 (
    context, body, spelling, tokenize = "unicode61 remove_diacritics 2 tokenchars '+#-/._&,'''"
);
CREATE VIRTUAL TABLE vocabulary_{audience} USING fts5vocab (keywords_{audience}, col);

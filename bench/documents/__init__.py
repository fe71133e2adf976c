"""Tables of the documents from stored summaries; the command is `python -m bench.check_documents`.

`tables` reads docs/data; `sources` says for each kind of table what is stored of a run, and how it
is shown, with a module a kind; `gallery_and_cost` writes two whole documents.
"""

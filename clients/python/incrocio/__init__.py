"""Client of incrociod, which matches people with companies' needs.

    from incrocio import Client
    with Client() as c:
        page = c.match_people("N-0001", k=10)
        for item in page.items:
            print(item.rank, item.id, item.score)

Needs pyzmq and msgpack. Records and replies are the dataclasses of
`incrocio.model`; a field that is None is absent: not known, never "no".
"""
from .client import Client, IncrocioError, Pending, default_endpoint
from .documents import Document, UnreadableDocument, read_document
from .model import Candidate, Company, MatchOptions, Need

__all__ = ["Candidate", "Client", "Company", "Document", "IncrocioError",
           "MatchOptions", "Need", "Pending", "UnreadableDocument",
           "default_endpoint", "read_document"]
__version__ = "0.1.0"

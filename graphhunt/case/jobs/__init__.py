"""Long work: queued, told of while it runs, cancelled on request, remembered after the server is gone.

One worker thread does one job after the other, because loads and analyses write to one workspace. What a job
does is a function of the caller's; nobody has to stay connected for it to go on.
"""

from __future__ import annotations

from graphhunt.case.jobs.job import ENDED, Job, Tell, Work
from graphhunt.case.jobs.runner import Jobs
from graphhunt.case.jobs.uploads import Uploads

__all__ = ["ENDED", "Job", "Jobs", "Tell", "Uploads", "Work"]

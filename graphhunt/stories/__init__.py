"""Stories: all that is known of one machine, account or address, in sentences, tracks and tables with their records."""

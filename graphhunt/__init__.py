"""graphhunt: telemetry in, attack paths out."""

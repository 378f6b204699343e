"""The lab: the synthetic enterprise, and the evaluation of the detector."""

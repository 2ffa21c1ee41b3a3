"""Writes points-reference.json: the curves of scikit-learn 1.9.1 that ours are compared with."""

import json
import sys

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_recall_curve, roc_curve

rng = np.random.default_rng(12)
actual = rng.integers(0, 2, 300)
# Two decimals: many ties, and values on the edges of the calibration's bins.
scores = np.round(1 / (1 + np.exp(1 - 2 * actual - rng.normal(0, 1.5, 300))), 2)

fpr, tpr, roc_thresholds = roc_curve(actual, scores, drop_intermediate=False)
precision, recall, thresholds = precision_recall_curve(actual, scores)
prob_true, prob_pred = calibration_curve(actual, scores, n_bins=10)

json.dump(
    {
        "actual": actual.tolist(),
        "scores": scores.tolist(),
        "roc": {
            "fpr": fpr.tolist(),
            "tpr": tpr.tolist(),
            "thresholds": [None, *roc_thresholds[1:].tolist()],
        },
        "precision_recall": {
            "precision": precision.tolist(),
            "recall": recall.tolist(),
            "thresholds": thresholds.tolist(),
        },
        "calibration": {"prob_true": prob_true.tolist(), "prob_pred": prob_pred.tolist()},
    },
    sys.stdout,
)

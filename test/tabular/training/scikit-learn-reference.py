"""Writes scikit-learn-reference.json: the figures the engine's tests compare with.

Made with scikit-learn 1.2.1, numpy 1.24.2:  python3 scikit-learn-reference.py > scikit-learn-reference.json
"""

import json
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = Path(__file__).parents[3] / "data"


def load(name):
    table = np.loadtxt(DATA / f"{name}.csv", delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1]


def classification(y, p):
    predicted = p.argmax(1)
    macro = {"average": "macro", "zero_division": 0}
    return {
        "accuracy": accuracy_score(y, predicted),
        "precision": precision_score(y, predicted, **macro),
        "recall": recall_score(y, predicted, **macro),
        "f1": f1_score(y, predicted, **macro),
        "roc_auc": roc_auc_score(y, p[:, 1]) if p.shape[1] == 2 else roc_auc_score(y, p, multi_class="ovr"),
        "log_loss": log_loss(y, p),
        "confusion_matrix": confusion_matrix(y, predicted).tolist(),
    }


def regression(y, p):
    return {
        "r2": r2_score(y, p),
        "mse": mean_squared_error(y, p),
        "rmse": mean_squared_error(y, p, squared=False),
        "mae": mean_absolute_error(y, p),
    }


def logistic(name):
    x, y = load(f"{name}_train")
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-10, max_iter=100_000))
    model.fit(x, y)
    x, y = load(f"{name}_test")
    p = model.predict_proba(x)
    return {"coefficients": model[-1].coef_.tolist(), "first_rows": p[:5].tolist(), **classification(y, p)}


def linear(model):
    x, y = load("diabetes_train")
    model = make_pipeline(StandardScaler(), model).fit(x, y)
    x, y = load("diabetes_test")
    p = model.predict(x)
    return {"coefficients": model[-1].coef_.tolist(), "intercept": model[-1].intercept_, "first_rows": p[:5].tolist(), **regression(y, p)}


def boosted_table():
    """Diabetes rounded to few values (so that every value has its own bin), with gaps."""
    x, y = load("diabetes_train")
    x = np.round(x * 200)
    x[::7, 2] = np.nan
    x[::5, 8] = np.nan
    return x, y


def boosted_regression():
    x, y = boosted_table()
    model = HistGradientBoostingRegressor(
        max_iter=10, learning_rate=0.1, max_leaf_nodes=8, min_samples_leaf=20, l2_regularization=1.0, early_stopping=False
    )
    return model.fit(x, y).predict(x).tolist()


def boosted_classification():
    x, y = boosted_table()
    model = HistGradientBoostingClassifier(
        max_iter=1, learning_rate=0.5, max_leaf_nodes=8, min_samples_leaf=20, l2_regularization=1.0, early_stopping=False
    )
    return model.fit(x, y > 140).predict_proba(x)[:, 1].tolist()


# A hard case for the metrics: class 3 is never predicted, class 2 never occurs, ties in the scores.
Y = [0, 0, 1, 1, 3, 3, 0, 1]
P = [
    [0.5, 0.3, 0.1, 0.1],
    [0.4, 0.4, 0.1, 0.1],
    [0.2, 0.6, 0.1, 0.1],
    [0.1, 0.2, 0.6, 0.1],
    [0.5, 0.2, 0.1, 0.2],
    [0.3, 0.4, 0.1, 0.2],
    [0.3, 0.5, 0.1, 0.1],
    [0.2, 0.6, 0.1, 0.1],
]
p = np.array(P)
predicted = p.argmax(1)
macro = {"average": "macro", "zero_division": 0}
occurring = [0, 1, 3]
hard = {
    "actual": Y,
    "probabilities": P,
    "accuracy": accuracy_score(Y, predicted),
    "precision": precision_score(Y, predicted, **macro),
    "recall": recall_score(Y, predicted, **macro),
    "f1": f1_score(Y, predicted, **macro),
    "roc_auc": float(np.mean([roc_auc_score(np.array(Y) == k, p[:, k]) for k in occurring])),
    "log_loss": log_loss(Y, p, labels=[0, 1, 2, 3]),
    "confusion_matrix": confusion_matrix(Y, predicted, labels=[0, 1, 2, 3]).tolist(),
}

print(
    json.dumps(
        {
            "logistic": {name: logistic(name) for name in ("breast_cancer", "wine")},
            "linear_diabetes": linear(LinearRegression()),
            "ridge_10_diabetes": linear(Ridge(alpha=10.0)),
            "boosted_regression": boosted_regression(),
            "boosted_classification": boosted_classification(),
            "hard_classification": hard,
        },
        indent=1,
    )
)

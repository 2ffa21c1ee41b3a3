"""Writes shap-reference.json: boosted trees of scikit-learn 1.9.1, and what SHAP (path-dependent) says of rows."""

import json
import sys

import numpy as np
import shap
from sklearn.ensemble import GradientBoostingRegressor

rng = np.random.default_rng(5)
x = np.round(rng.normal(size=(200, 5)), 3)
y = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + (x[:, 3] > 0) + rng.normal(0, 0.1, 200)
model = GradientBoostingRegressor(n_estimators=8, max_depth=4, learning_rate=0.3, random_state=1).fit(x, y)

nodes = {name: [] for name in ["roots", "feature", "threshold", "right", "cover"]}
for tree in (estimator.tree_ for estimator in model.estimators_[:, 0]):
    root = len(nodes["feature"])
    nodes["roots"].append(root)
    for node in range(tree.node_count):
        leaf = tree.children_left[node] < 0
        # Its trees stand in preorder, as ours do.
        assert leaf or tree.children_left[node] == node + 1
        nodes["feature"].append(-1 if leaf else int(tree.feature[node]))
        nodes["threshold"].append(
            model.learning_rate * float(tree.value[node, 0, 0]) if leaf else float(tree.threshold[node])
        )
        nodes["right"].append(0 if leaf else root + int(tree.children_right[node]))
        nodes["cover"].append(int(tree.n_node_samples[node]))

rows = x[:6]
explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
json.dump(
    {
        "shap": shap.__version__,
        "trees": {"base": [float(model.init_.constant_[0, 0])], **nodes},
        "rows": rows.tolist(),
        "expected_value": float(np.ravel(explainer.expected_value)[0]),
        "shap_values": explainer.shap_values(rows).tolist(),
    },
    sys.stdout,
)

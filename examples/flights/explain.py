"""How much each column matters: what is lost when it is shuffled."""

import numpy as np
import onnxruntime
import pandas as pd
from sklearn.metrics import roc_auc_score

from columns import CATEGORIES, NUMBERS, TARGET

flights = pd.read_parquet("build/flights.parquet").sample(10_000, random_state=7)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession("build/model.onnx", options)


def auc(table: pd.DataFrame) -> float:
    inputs = {name: table[[name]].to_numpy().astype(object) for name in CATEGORIES}
    inputs |= {name: table[[name]].to_numpy(np.float32) for name in NUMBERS}
    return roc_auc_score(flights[TARGET], session.run(["probabilities"], inputs)[0][:, 1])


whole, random = auc(flights), np.random.default_rng(7)
losses = {
    name: whole - auc(flights.assign(**{name: random.permutation(flights[name])}))
    for name in CATEGORIES + NUMBERS
}
table = pd.Series(losses, name="auc_lost").sort_values(ascending=False)
table.to_csv("build/importance.csv", index_label="column")
print(table.to_string(float_format="{:.4f}".format))

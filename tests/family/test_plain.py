"""The linear member spans the principal components."""

import numpy as np
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from aecodec.family.plain import LinearAutoencoder


def test_the_linear_member_recovers_the_principal_subspace_within_a_degree() -> None:
    random = np.random.RandomState(0)
    mixing = np.linalg.qr(random.standard_normal((12, 12)))[0]
    spread = np.array([3, 2.5, 2, 0.5, 0.4, 0.3, 0.3, 0.2, 0.2, 0.1, 0.1, 0.1])
    X = random.standard_normal((600, 12)) * spread @ mixing + 5
    member = LinearAutoencoder(3, max_epochs=150, batch_size=100, learning_rate=1e-2, random_state=0).fit(X)
    origin, *directions = member.inverse_transform(np.vstack([np.zeros(3), np.eye(3)]))
    principal = PCA(3).fit(X)
    angles = np.degrees(subspace_angles(np.array(directions).T - origin[:, None], principal.components_.T))
    assert angles.max() < 1
    error = ((member.reconstruct(X) - X) ** 2).sum()
    assert error < 1.001 * ((principal.inverse_transform(principal.transform(X)) - X) ** 2).sum()

"""Layer densities: how many weights each layer keeps, where their sum is given."""

from lth_keras.layer_densities.as_ticket import AsTicket
from lth_keras.layer_densities.balanced import Balanced
from lth_keras.layer_densities.base_layer_densities import LayerDensities
from lth_keras.layer_densities.erdos_renyi import ErdosRenyi, ErdosRenyiKernel
from lth_keras.layer_densities.from_stored_run import FromStoredRun
from lth_keras.layer_densities.uniform import Uniform

__all__ = [
    "AsTicket", "Balanced", "ErdosRenyi", "ErdosRenyiKernel", "FromStoredRun", "LayerDensities",
    "Uniform",
]

"""What is recorded: each scenario's name is its capture's path below pcaps/, without .pcap."""

from attacks import ATTACKS
from quiet import QUIET
from wire import WIRE

SCENARIOS = {**ATTACKS, **WIRE, **QUIET}

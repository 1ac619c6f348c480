import BatonCore
import Yams

/// The network that comes with Baton: `baton train` wrote it, and its bytes say from what.
public enum ShippedNetwork {
    public static let network: SchedulingNetwork? = nil
}

internal import Canonical

/// What one key is for. Destroying the key makes everything sealed for the scope unreadable.
///
/// Its bytes are one for the granularity, then what it names:
///
///     01 75 73 65 72 2d 37                             the entity `user-7`, in UTF-8
///     02 03                                            the category 3: the high four bits of a kind
///     03 30 01                                         the kind 0x3001, big-endian
///     04 00 … 07                                       the event 7, 16 bytes, big-endian
public struct KeyScope: Sendable, Hashable {
    /// Which granularity it belongs to.
    public let granularity: KeyGranularity
    /// The bytes shown at ``KeyScope``.
    public let bytes: [UInt8]

    private init(_ granularity: KeyGranularity, _ bytes: [UInt8]) {
        self.granularity = granularity
        self.bytes = [granularity.rawValue] + bytes
    }

    /// Everything of one entity: a person, a tenant, a device. Any text; different bytes are different scopes, and no
    /// Unicode normalisation is done.
    public static func entity(_ name: String) -> KeyScope { KeyScope(.entity, Array(name.utf8)) }

    /// Everything of one category.
    ///
    /// - Parameter category: 0 to 15; only the low four bits are taken.
    public static func category(_ category: UInt8) -> KeyScope { KeyScope(.category, [category & 0x0f]) }

    /// Everything of the category that a kind belongs to.
    public static func category(ofKind kind: UInt16) -> KeyScope { .category(UInt8(kind >> 12)) }

    /// Everything of one kind.
    public static func kind(_ kind: UInt16) -> KeyScope {
        KeyScope(.typeID, [UInt8(kind >> 8), UInt8(truncatingIfNeeded: kind)])
    }

    /// One event.
    public static func event(_ id: UInt128) -> KeyScope { KeyScope(.event, bigEndian(id)) }

    /// The scope of one event's payload in a store of a granularity.
    public static func of(entity: String, kind: UInt16, eventID: UInt128, in granularity: KeyGranularity) -> KeyScope {
        switch granularity {
        case .entity: .entity(entity)
        case .category: .category(ofKind: kind)
        case .typeID: .kind(kind)
        case .event: .event(eventID)
        }
    }

    static func bigEndian(_ id: UInt128) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: id >> UInt128(120 - $0 * 8)) }
    }
}

extension KeyScope: CustomStringConvertible {
    /// Says which sort of scope it is; not which, since entities may be names of people.
    public var description: String { "one \(granularity)" }
}

/// How finely a store keeps its keys apart. A store has one, from its making on.
public enum KeyGranularity: UInt8, Sendable, Hashable, CaseIterable {
    /// One key an entity.
    case entity = 1
    /// One key for each of 16 categories: the high four bits of a kind.
    case category = 2
    /// One key for each 16-bit kind.
    case typeID = 3
    /// One key an event.
    case event = 4
}

/// Which scope's keys are to be destroyed. It has to fit the store's granularity, and is never taken for something
/// else: destroying a category through a kind would destroy more than was said.
public enum KeySelector: Sendable, Hashable {
    /// The keys of an entity.
    case entity(String)
    /// The keys of a category, 0 to 15.
    case category(UInt8)
    /// The keys of a kind.
    case kind(UInt16)
    /// The keys of an event.
    case event(UInt128)

    /// Which granularity it fits.
    public var granularity: KeyGranularity {
        switch self {
        case .entity: .entity
        case .category: .category
        case .kind: .typeID
        case .event: .event
        }
    }

    /// The scope in a store of a granularity.
    ///
    /// - Throws: `.selectorMismatch` when it does not fit, `.invalidArgument` for a category above 15.
    func scope(in granularity: KeyGranularity) throws(KeyStoreError) -> KeyScope {
        if granularity != self.granularity { throw .selectorMismatch(store: granularity, selector: self.granularity) }
        switch self {
        case .entity(let name): return .entity(name)
        case .category(let category):
            if category > 15 {
                throw .invalidArgument(member: "category", reason: "it is \(category), and 15 is the highest")
            }
            return .category(category)
        case .kind(let kind): return .kind(kind)
        case .event(let id): return .event(id)
        }
    }
}

extension KeySelector {
    /// Equal when they select the same scope: names of entities byte by byte, as ``KeyScope/entity(_:)`` takes them.
    public static func == (left: KeySelector, right: KeySelector) -> Bool {
        switch (left, right) {
        case (.entity(let left), .entity(let right)): TextBytes.isSame(left, right)
        case (.category(let left), .category(let right)): left == right
        case (.kind(let left), .kind(let right)): left == right
        case (.event(let left), .event(let right)): left == right
        default: false
        }
    }

    /// Feeds what is selected to a hasher, a name as its bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(granularity)
        switch self {
        case .entity(let name): TextBytes.hash(name, into: &hasher)
        case .category(let category): hasher.combine(category)
        case .kind(let kind): hasher.combine(kind)
        case .event(let id): hasher.combine(id)
        }
    }
}

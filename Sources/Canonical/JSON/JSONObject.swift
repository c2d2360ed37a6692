/// An object's members, in the order of the text.
///
/// Keys are compared byte by byte: `é` as one code point and as two are different keys, although Swift's
/// `String` calls them equal.
public struct JSONObject: Sendable {
    /// One key with its value.
    public struct Member: Sendable {
        /// The key, unescaped.
        public var key: String
        /// The value.
        public var value: JSONValue

        /// Makes a member.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The members, in order.
    public private(set) var members: [Member] = []

    /// Makes an empty object.
    public init() {}

    /// Makes an object of members whose keys are already known to differ.
    init(uniqueMembers: [Member]) { members = uniqueMembers }

    /// The value of `key`. Setting changes it in place, appends a new member, or with nil removes it.
    ///
    /// - Complexity: O(*n*) in the number of members.
    public subscript(key: String) -> JSONValue? {
        get { members.first { TextBytes.isSame($0.key, key) }?.value }
        set {
            let place = members.firstIndex { TextBytes.isSame($0.key, key) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension JSONObject: Equatable {
    /// Equal when the same members stand in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { TextBytes.isSame($0.key, $1.key) && $0.value == $1.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object of the literal's members, in order.
    ///
    /// - Precondition: no key stands twice.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements {
            precondition(self[key] == nil, "the key \"\(key)\" stands twice")
            members.append(Member(key: key, value: value))
        }
    }
}

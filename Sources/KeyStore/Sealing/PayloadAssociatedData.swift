/// The associated data of one event's payload: a ciphertext that is moved to another event does not open there.
///
/// For the entity `a`, the scope `01 61`, kind 0x0102 and an event id of 15 zeros and a 7:
///
///     01                                               version of this layout
///     01 00 00 00  61                                  length of the entity, little-endian, and the entity in UTF-8
///     02 00 00 00  01 61                               length of the scope, and the scope
///     02 01                                            kind, little-endian
///     00 … 00 07                                       event id, 16 bytes, big-endian
///
/// - Parameters:
///   - entity: whose payload it is.
///   - scope: the scope whose key seals it.
///   - kind: what sort of event it is.
///   - eventID: the event's 128-bit id.
/// - Complexity: O(*n*).
public func payloadAssociatedData(entity: String, scope: KeyScope, kind: UInt16, eventID: UInt128) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt8(1))
    writer.append(UInt32(entity.utf8.count))
    writer.append(Array(entity.utf8))
    writer.append(UInt32(scope.bytes.count))
    writer.append(scope.bytes)
    writer.append(kind)
    writer.append(KeyScope.bigEndian(eventID))
    return writer.bytes
}

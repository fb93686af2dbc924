package store

import (
	"fmt"
	"strings"
	"time"

	"guanxi/internal/crm"
)

// All key strings of all tables stand in this file and nowhere else (the one
// leak is the stream's FilterCriteria in template.yaml, which a test holds
// against it). Parts are joined by "#"; a "#" inside a part is escaped, so two
// different lists of parts never make the same key.

const (
	attrPK = "PK"
	attrSK = "SK"

	// The one sparse index of Customers: what is open, by store.
	warningIndex = "warnings"
	indexPK      = "warn_pk"
	indexSK      = "warn_sk"
)

// key is the primary key of an item.
type key struct{ PK, SK string }

var escaper = strings.NewReplacer("%", "%25", "#", "%23")
var unescaper = strings.NewReplacer("%23", "#", "%25", "%")

func join(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = escaper.Replace(p)
	}
	return strings.Join(escaped, "#")
}

func split(s string) []string {
	parts := strings.Split(s, "#")
	for i, p := range parts {
		parts[i] = unescaper.Replace(p)
	}
	return parts
}

// sortableTime is of fixed width, so that strings sort as instants.
const sortableTime = "2006-01-02T15:04:05.000Z"

func timeKey(t time.Time) string { return t.UTC().Format(sortableTime) }

// Customers and Facts share the partition key of a customer.
func customerPK(id crm.CustomerID) string { return join("C", string(id)) }

// Table Customers.
const (
	skProfile  = "PROFILE"
	skDecision = "DECISION"
	skLock     = "LOCK"
	skWarning  = "WARNING#"
	skFollowUp = "FOLLOWUP#"
	skClaim    = "CLAIM#"
)

func profileKey(id crm.CustomerID) key  { return key{customerPK(id), skProfile} }
func decisionKey(id crm.CustomerID) key { return key{customerPK(id), skDecision} }
func warningKey(id crm.CustomerID, since crm.Date) key {
	return key{customerPK(id), skWarning + since.String()}
}
func followUpKey(id crm.CustomerID, name string) key {
	return key{customerPK(id), skFollowUp + escaper.Replace(name)}
}

// lockKey is where the one holder of a phone, e-mail or platform id stands;
// index is the blind index of the normalised value.
func lockKey(kind, index string) key { return key{join("L", kind, index), skLock} }

// claimKey stands beside the lock: somebody else named the same value.
func claimKey(kind, index string, by crm.CustomerID) key {
	return key{join("L", kind, index), skClaim + string(by)}
}

// warningIndexPK groups the open warnings of a store ("" where there is none).
func warningIndexPK(store crm.StoreID) string { return join("OPEN", string(store)) }

// Table Facts: inputs of the fold share the prefix "F#", so that one query
// reads them all and nothing else.
const (
	skInputs    = "F#"
	skDecisions = "H#"
	skAddress   = "ADDRESS"
	skGone      = "GONE"
	skParked    = "REFUND#"
)

func orderFactKey(id crm.CustomerID, o crm.OrderKey) key {
	return key{customerPK(id), join("F", "ORDER", string(o.Connection), o.ID)}
}
func refundFactKey(id crm.CustomerID, r crm.RefundKey) key {
	return key{customerPK(id), join("F", "REFUND", string(r.Order.Connection), r.Order.ID, r.ID)}
}
func interactionKey(i crm.Interaction) key {
	return key{customerPK(i.Customer), join("F", "TALK", timeKey(i.At), string(i.ID))}
}

const skInteractions = "F#TALK#"
const skOrders = "F#ORDER#"
const skRefunds = "F#REFUND#"

func changeKey(id crm.CustomerID, asOf time.Time, edition, links, seen int64) key {
	return key{customerPK(id), join("H", timeKey(asOf), fmt.Sprintf("%d.%d.%d", edition, links, seen))}
}

// orderPK is the partition of an order before and beside its customer: its
// address, and what came for it.
func orderPK(o crm.OrderKey) string { return join("O", string(o.Connection), o.ID) }

func addressKey(o crm.OrderKey) key { return key{orderPK(o), skAddress} }
func goneKey(o crm.OrderKey) key    { return key{orderPK(o), skGone} }
func parkedKey(r crm.RefundKey) key { return key{orderPK(r.Order), skParked + escaper.Replace(r.ID)} }

// FactKind is what a key of the Facts table holds, for those who are woken by
// the key alone.
func FactKind(pk, sk string) (customer crm.CustomerID, kind string, err error) {
	owner := split(pk)
	if len(owner) != 2 || owner[0] != "C" || crm.ParseID("cus", owner[1]) != nil {
		return "", "", fmt.Errorf("key %q: not a customer's", pk)
	}
	parts := split(sk)
	switch {
	case parts[0] == "H":
		kind = "decision"
	case len(parts) > 1 && parts[0] == "F":
		kind = map[string]string{"ORDER": "order", "REFUND": "refund", "TALK": "interaction"}[parts[1]]
	}
	if kind == "" {
		return "", "", fmt.Errorf("key %q: no kind of fact", sk)
	}
	return crm.CustomerID(owner[1]), kind, nil
}

// Table Operations.
const timerShards = 16

func timerPK(shard int) string                { return fmt.Sprintf("T#%02d", shard) }
func timerSK(due time.Time, id string) string { return join(timeKey(due), id) }
func inboxPK(day crm.Date) string             { return join("INBOX", day.String()) }
func inboxSK(id string, chunk int) string     { return join(id, fmt.Sprintf("%03d", chunk)) }

// Table Settings: one small partition per kind.
const (
	pkStaff       = "STAFF"
	pkStores      = "STORE"
	pkConnections = "CONNECTION"
	pkPolicies    = "POLICY"
	pkKeys        = "KEYS"
	skActive      = "ACTIVE"
)

func policySK(version int) string { return fmt.Sprintf("%08d", version) }

// Table Audit: by day, then time.
func auditKey(at time.Time, id string) key {
	return key{join("A", at.UTC().Format("2006-01-02")), join(timeKey(at), id)}
}

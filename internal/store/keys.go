package store

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/figure"
	"guanxi/internal/task"
)

// All key strings of all tables stand in this file and nowhere else (the one
// leak is the stream's FilterCriteria in template.yaml, which a test holds
// against it). Parts are joined by "#"; a "#" inside a part is escaped, so two
// different lists of parts never make the same key.

const (
	attrPK = "PK"
	attrSK = "SK"
)

// index is a sparse global index: only items that carry its two attributes are
// in it.
type index struct{ name, pk, sk string }

func indexNamed(name string) index { return index{name, name + "_pk", name + "_sk"} }

// leave is the end of an update that takes the item out of the index.
func (i index) leave() string { return " REMOVE " + i.pk + ", " + i.sk }

// The indexes of Customers, and, last, the one of Facts.
func openIndex() index   { return indexNamed("open") }   // what somebody still has to see to
func cardsIndex() index  { return indexNamed("cards") }  // customers of a store, or all
func ownersIndex() index { return indexNamed("owners") } // customers and tasks of a member of staff
func namesIndex() index  { return indexNamed("names") }  // customers of a store by their names
func daysIndex() index   { return indexNamed("days") }   // what happened in a store on a day

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
	skTask     = "TASK#"
	skClaim    = "CLAIM#"
	skCard     = "CARD"    // begins cards and …
	skEntry    = "CARD-IN" // … entries, so that one query reads both
)

func profileKey(id crm.CustomerID) key  { return key{customerPK(id), skProfile} }
func decisionKey(id crm.CustomerID) key { return key{customerPK(id), skDecision} }
func warningKey(id crm.CustomerID, since crm.Date) key {
	return key{customerPK(id), skWarning + since.String()}
}

// taskKey is with the customer whom a task is about, or else with its store.
func taskKey(t task.Ref) key {
	if t.Customer != "" {
		return key{customerPK(t.Customer), skFollowUp + escaper.Replace(t.ID)}
	}
	return key{join("S", string(t.Store)), skTask + escaper.Replace(t.ID)}
}

// lockKey is where the one holder of a phone, e-mail or platform id stands;
// index is the blind index of the normalised value.
func lockKey(kind, index string) key { return key{join("L", kind, index), skLock} }

// claimKey stands beside the lock: somebody else named the same value.
func claimKey(kind, index string, by crm.CustomerID) key {
	return key{join("L", kind, index), skClaim + string(by)}
}

// cardKey is the card of a customer in the list of a store, "" for that of all.
func cardKey(id crm.CustomerID, store crm.StoreID) key {
	return key{customerPK(id), join(skCard, string(store))}
}

// cardShards spreads the list of all customers, so that no partition takes
// every new one.
const cardShards = 16

func cardShard(id crm.CustomerID) int { return shard(id, cardShards) }

func shard(id crm.CustomerID, of int) int {
	sum := fnv.New32a()
	sum.Write([]byte(id))
	return int(sum.Sum32() % uint32(of))
}

// entryKey is a place of a customer among the members of a segment: the whole
// of them, those in a store, those of an owner.
func entryKey(e card.Entry) key { return key{customerPK(e.Customer), entrySK(e.Segment, e.List)} }
func entrySK(id crm.SegmentID, of card.List) string {
	switch {
	case of.Owner != "":
		return join(skEntry, string(id), "OWNER", string(of.Owner))
	case of.Store != "":
		return join(skEntry, string(id), "STORE", string(of.Store))
	}
	return join(skEntry, string(id))
}

// entryOf reads what entrySK wrote.
func entryOf(of crm.CustomerID, sk string) card.Entry {
	parts := split(sk)
	e := card.Entry{Customer: of, Segment: crm.SegmentID(parts[1])}
	if len(parts) > 3 {
		if parts[2] == "OWNER" {
			e.List.Owner = crm.Subject(parts[3])
		} else {
			e.List.Store = crm.StoreID(parts[3])
		}
	}
	return e
}

// entryShards spreads a list of members: everybody may become one in a night.
const entryShards = 64

// entryListPKs are the partitions of a list of members.
func entryListPKs(id crm.SegmentID, of card.List) []string {
	if of != (card.List{}) {
		return []string{join("IN", entrySK(id, of))}
	}
	all := make([]string, entryShards)
	for shard := range all {
		all[shard] = join("IN", string(id), strconv.Itoa(shard))
	}
	return all
}

// entryListPK is the one of them that holds an entry.
func entryListPK(e card.Entry) string {
	all := entryListPKs(e.Segment, e.List)
	return all[shard(e.Customer, len(all))]
}

// Lists of cards; a name lies under its first letter.
func storeListPK(store crm.StoreID) string           { return join("STORE", string(store)) }
func shardListPK(shard int) string                   { return join("ALL", strconv.Itoa(shard)) }
func ownerListPK(owner crm.Subject) string           { return join("OWNER", string(owner)) }
func nameListPK(list, folded string) string          { return list + "#" + join(firstLetter(folded)) }
func nameSK(folded string, id crm.CustomerID) string { return join(folded, string(id)) }

func firstLetter(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// signUpClaimKey stands there as well: somebody who signed up at a store, and
// may or may not be the holder.
func signUpClaimKey(kind, index string, store crm.StoreID) key {
	return key{join("L", kind, index), skClaim + join("SIGNUP", string(store))}
}

// warningIndexPK groups the open warnings of a store ("" where there is none),
// those that sleep apart.
func warningIndexPK(store crm.StoreID, asleep bool) string {
	if asleep {
		return join("ASLEEP", string(store))
	}
	return join("OPEN", string(store))
}

// The tasks of a store and of an owner that are open, and what somebody closed on a day.
func storeTasksPK(store crm.StoreID) string { return join("TASKS", string(store)) }
func ownerTasksPK(owner crm.Subject) string { return join("TASKS", string(owner)) }
func doneTasksPK(by crm.Subject, on crm.Date) string {
	return join("DONE", string(by), on.String())
}

// dueUntil spans the places, date#id, of tasks that are due on the date or before.
func dueUntil(until crm.Date) [2]string { return [2]string{"0", join((until + 1).String(), "")} }

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

// interactionKey follows from the id, which holds the time.
func interactionKey(id crm.CustomerID, i crm.InteractionID, at time.Time) key {
	return key{customerPK(id), join("F", "TALK", timeKey(at), string(i))}
}

// earlierKey is where what an interaction said before a change is kept: no
// input of the fold, and nothing that wakes.
func earlierKey(i crm.Interaction) key {
	return key{customerPK(i.Customer), earlierPrefix(i.ID, i.At) + escaper.Replace(string(i.Version))}
}
func earlierPrefix(i crm.InteractionID, at time.Time) string {
	return join("V", "TALK", timeKey(at), string(i), "")
}

// talksBetween spans the interactions of some local dates, both included; 0 is
// open on its side.
func talksBetween(from, to crm.Date, zone *time.Location) [2]string {
	span := [2]string{skInteractions, skInteractions + "~"} // after every digit
	if from != 0 {
		span[0] = skInteractions + timeKey(from.Midnight(zone))
	}
	if to != 0 {
		span[1] = skInteractions + timeKey((to + 1).Midnight(zone)) // none has exactly this key: an id follows
	}
	return span
}

func answerKey(id crm.CustomerID, survey crm.SurveyID, invitation crm.InvitationID) key {
	return key{customerPK(id), join("F", "ANSWER", string(survey), string(invitation))}
}

// profileFactKey counts what was said about who the customer is.
func profileFactKey(id crm.CustomerID) key { return key{customerPK(id), join("F", "PROFILE")} }

const skInteractions = "F#TALK#"
const skOrders = "F#ORDER#"
const skRefunds = "F#REFUND#"

func changeKey(id crm.CustomerID, asOf time.Time, edition, links, seen int64) key {
	return key{customerPK(id), join("H", timeKey(asOf), fmt.Sprintf("%d.%d.%d", edition, links, seen))}
}

// changesBefore spans the changes of a decision before a time.
func changesBefore(t time.Time) [2]string { return [2]string{skDecisions, skDecisions + timeKey(t)} }

// orderPK is the partition of an order before and beside its customer: its
// address, and what came for it.
func orderPK(o crm.OrderKey) string { return join("O", string(o.Connection), o.ID) }

func addressKey(o crm.OrderKey) key { return key{orderPK(o), skAddress} }
func goneKey(o crm.OrderKey) key    { return key{orderPK(o), skGone} }
func parkedKey(r crm.RefundKey) key { return key{orderPK(r.Order), skParked + escaper.Replace(r.ID)} }

// FactKind is what a key of the Facts table holds, for those who are woken by
// the key alone. What was sold to nobody wakes nobody: it is no input of a
// decision.
func FactKind(pk, sk string) (customer crm.CustomerID, kind string, err error) {
	owner := split(pk)
	if len(owner) != 2 || owner[0] != "C" {
		return "", "", fmt.Errorf("key %q: not a customer's", pk)
	}
	if id := crm.CustomerID(owner[1]); id.IsNobody() {
		return id, "sold to nobody", nil
	}
	if crm.ParseID("cus", owner[1]) != nil {
		return "", "", fmt.Errorf("key %q: not a customer's", pk)
	}
	parts := split(sk)
	switch {
	case parts[0] == "H":
		kind = "decision"
	case len(parts) > 1 && parts[0] == "F":
		kind = map[string]string{"ORDER": "order", "REFUND": "refund", "TALK": "interaction", "ANSWER": "answer", "PROFILE": "profile"}[parts[1]]
	}
	if kind == "" {
		return "", "", fmt.Errorf("key %q: no kind of fact", sk)
	}
	return crm.CustomerID(owner[1]), kind, nil
}

// ordersPK groups the orders of a store by their local date in the index days.
func ordersPK(store crm.StoreID, on crm.Date) string {
	return join("ORDERS", string(store), on.String())
}

// answersPK groups the answers about a store, by the month of their local date,
// in the index days.
func answersPK(store crm.StoreID, on crm.Date) string {
	return join("ANSWERS", string(store), on.String()[:len("2006-01")])
}

// Table Operations.
const (
	timerShards = 16
	skAsked     = "LAST"
	skAnswer    = "ANSWER"
)

func timerPK(shard int) string                { return fmt.Sprintf("T#%02d", shard) }
func timerSK(due time.Time, id string) string { return join(timeKey(due), id) }
func limitPK(name, who string) string         { return join("LIMIT", name, who) }
func limitSK(hour time.Time) string           { return hour.UTC().Format("2006-01-02T15") }
func replayKey(index string) key              { return key{join("I", index), skAnswer} }
func invitationKey(survey crm.SurveyID, id crm.InvitationID) key {
	return key{invitationsPK(survey), string(id)}
}
func invitationsPK(survey crm.SurveyID) string { return join("INVITE", string(survey)) }
func askedKey(id crm.CustomerID) key           { return key{join("ASKED", string(id)), skAsked} }
func inboxPK(day crm.Date) string              { return join("INBOX", day.String()) }
func inboxSK(id string, chunk int) string      { return join(id, fmt.Sprintf("%03d", chunk)) }

// Table Figures: days lie by month, so that a span of one store, and of all, is
// a few queries.
const (
	skSums   = "SUM#"
	skScores = "SCORES#"
)

func daysPK(on crm.Date) string { return join("DAYS", on.String()[:len("2006-01")]) }
func sumsKey(store crm.StoreID, on crm.Date) key {
	return key{daysPK(on), join("SUM", string(store), on.String())}
}
func scoresKey(store crm.StoreID, on crm.Date) key {
	return key{daysPK(on), join("SCORES", string(store), on.String())}
}

// A night's count of the base: its parts, a segment each, the news that a part is
// there, and what they came to, for all (the nil store) and for each store.
func partKey(night crm.Date, segment, segments, chunk int) key {
	return key{join("PART", night.String(), strconv.Itoa(segments), strconv.Itoa(segment)), fmt.Sprintf("%04d", chunk)}
}
func runPK(night crm.Date, segments int) string {
	return join("RUN", night.String(), strconv.Itoa(segments))
}
func partThereKey(night crm.Date, segment, segments int) key {
	return key{runPK(night, segments), strconv.Itoa(segment)}
}
func countKey(store *crm.StoreID, night crm.Date) key {
	if store == nil {
		return key{"COUNT", night.String()}
	}
	return key{join("COUNT", string(*store)), night.String()}
}

// How far a policy has come: by which edition it began, and what was seen of
// each part of the base last.
const skBegun = "BEGUN"

func rolloutKey(of decision.Release, sk string) key {
	return key{join("ROLLOUT", string(of.Kind), versionSK(of.Version)), sk}
}
func rolloutPartSK(part int) string { return fmt.Sprintf("PART#%06d", part) }

// A what-if: how it was asked for, how it began, which parts are there, and what
// it came to; the parts lie apart, because they are large.
const (
	skQuestion = "ASKED"
	skWhole    = "WHOLE"
	skThere    = "THERE#"
)

func whatIfKey(draft, id, sk string) key { return key{join("WHATIF", draft, id), sk} }
func whatIfThereSK(segment int) string   { return skThere + fmt.Sprintf("%06d", segment) }
func whatIfPartKey(draft, id string, segment int) key {
	return key{join("WHATIFPART", draft, id), fmt.Sprintf("%06d", segment)}
}

// Alerts stand open or closed, each in one partition; the empty store stands for
// all together.
func alertsPK(open bool) string {
	if open {
		return join("ALERTS", "OPEN")
	}
	return join("ALERTS", "CLOSED")
}
func alertsOf(store crm.StoreID) string { return join(string(store), "") }
func openAlertKey(store crm.StoreID, threshold string) key {
	return key{alertsPK(true), join(string(store), threshold)}
}
func closedAlertKey(store crm.StoreID, on crm.Date, threshold string) key {
	return key{alertsPK(false), join(string(store), on.String(), threshold)}
}

// storeDayOf reads the store and the date of either.
func storeDayOf(i item) figure.StoreDay {
	parts := split(sortKeyOf(i))
	on, _ := crm.ParseDate(parts[2]) // as it was written
	return figure.StoreDay{Store: crm.StoreID(parts[1]), Date: on}
}

// Table Settings: one small partition per kind.
const (
	pkStaff         = "STAFF"
	pkStores        = "STORE"
	pkConnections   = "CONNECTION"
	pkPolicies      = "POLICY"
	pkDrafts        = "DRAFT"
	pkModels        = "MODEL"
	pkCuts          = "CUTS"
	pkSegments      = "SEGMENTS"
	pkActive        = "ACTIVE"
	pkCustom        = "CUSTOM"
	pkThresholds    = "THRESHOLDS"
	skWholeDocument = "ALL"
	pkRemedies      = "REMEDIES"
	pkKeys          = "KEYS"
	pkSurveys       = "SURVEY"
	skFields        = "FIELDS"
)

// Beside which versions are in force stands since when each has been.
const skSince = "SINCE#"

func sinceKey(at time.Time, kind string, version int) key {
	return key{pkActive, skSince + join(timeKey(at), kind, versionSK(version))}
}

// versionSK sorts versions as numbers.
func versionSK(version int) string { return fmt.Sprintf("%08d", version) }

// surveyVersionKey is one version of a survey; the latest stands under pkSurveys, too.
func surveyVersionKey(id crm.SurveyID, version int) key {
	return key{join(pkSurveys, string(id)), fmt.Sprintf("%08d", version)}
}

// Table Audit: by day, then time.
func auditKey(at time.Time, id string) key {
	return key{join("A", at.UTC().Format("2006-01-02")), join(timeKey(at), id)}
}

package segment

import (
	"guanxi/internal/crm"
	"guanxi/internal/insight"
)

// Field is something that a condition may ask of a customer.
type Field struct {
	Name    string
	Type    Type
	Doc     string
	Values  []string // of a word: all that there are
	Private bool     // roles that see no contact data can't use it
	Moves   bool     // its value can change by time alone, without the decision changing

	Of func(s Subject, on crm.Date) any // int, string, bool or []string, as Type says
}

// Type is what values a field has.
type Type string

const (
	Number  Type = "number"  // whole; amounts in minor units of the base currency
	Word    Type = "word"    // "" where there is none
	Truth   Type = "boolean" // true or false
	Words   Type = "list"    // of words
	Customs Type = "custom"  // the retailer's own fields, each as it is defined
)

// Custom is the one field that holds the retailer's own ones: custom.shoe_size.
// A field that a customer has no value of is not there: has(custom.shoe_size).
const Custom = "custom"

// Fields are all that a condition may name, but for the retailer's own. The
// order is that in which they are shown.
func Fields() []Field {
	all := []Field{
		word("level", "Membership level; empty: never bought.", func(s Subject) string { return string(s.Record.Classes.Level) }, "", "silver", "gold", "diamond", "dormant"),
		word("tier", "Internal value class; empty: never bought.", func(s Subject) string { return string(s.Record.Classes.Tier) }, "", "strategic", "growth", "basic", "dormant"),
		word("need", "How often they bought: never, on one date, on more.", func(s Subject) string { return string(s.Record.Classes.Need) }, "prospect", "new", "existing"),
		word("status", "By silence; empty: neither bought nor in contact.", func(s Subject) string { return string(s.Record.Classes.Status) }, "", "active", "dormant", "lost"),
		moves(Field{Name: "stage", Type: Word, Doc: "Of the relation.", Values: []string{"reach", "convert", "retain", "grow", "lose"},
			Of: func(s Subject, on crm.Date) any { return string(s.Record.Classes.Stage(s.Habits, on)) }}),
		moves(Field{Name: "trend", Type: Word, Doc: "Purchase dates of the last 182 days beside those of the 182 before.", Values: []string{"rising", "steady", "falling"},
			Of: func(s Subject, on crm.Date) any { return string(s.Habits.Trend(on)) }}),
		number("recency", "RFM score, 1 to 5; 0: never bought.", func(s Subject) int { return s.Record.Classes.Recency }),
		number("frequency", "RFM score, 1 to 5; 0: never bought.", func(s Subject) int { return s.Record.Classes.Frequency }),
		number("money", "RFM score, 1 to 5; 0: never bought.", func(s Subject) int { return s.Record.Classes.Money }),
		word("rfm_group", "As marketers know the scores; empty: never bought.", func(s Subject) string { return string(s.Record.Classes.Scores().Group) },
			"", "champions", "loyal", "potential_loyalists", "new_customers", "promising", "need_attention", "about_to_sleep", "at_risk", "cant_lose_them", "hibernating", "lost"),
		{Name: "warned", Type: Truth, Doc: "They are warned of: about to leave.", Of: func(s Subject, _ crm.Date) any { return s.Record.Classes.WarnedSince != 0 }},

		number("purchases", "Dates with a purchase, whole history.", func(s Subject) int { return s.Record.Measures.Purchases }),
		number("spend", "Net spend, whole history.", func(s Subject) int { return int(s.Record.Measures.Spend) }),
		number("clv", "The lifetime value: margin less cost, over the months that the policy looks ahead. It can be negative; 0: never bought. As of the last decision, 30 days ago at most.", func(s Subject) int { return int(s.Record.Measures.Value.CLV) }),
		number("chance_90d", "In percent, that an order comes within 90 days; -1: no model says. As of the last decision, 30 days ago at most.", func(s Subject) int {
			if s.Record.Measures.Value.Model == 0 {
				return -1
			}
			return s.Record.Measures.Value.Chance / 100
		}),
		days("since_first_purchase", "first purchase", func(s Subject) crm.Date { return s.Habits.First }),
		days("since_last_purchase", "last purchase", func(s Subject) crm.Date { return s.Record.Measures.LastPurchase }),
		days("since_last_contact", "last two-way contact", func(s Subject) crm.Date { return s.Record.Measures.LastContact }),
		moves(Field{Name: "silence_days", Type: Number, Doc: "Days since the later of the last purchase and the last two-way contact; 100000: neither.",
			Of: func(s Subject, on crm.Date) any {
				return since(max(s.Record.Measures.LastPurchase, s.Record.Measures.LastContact), on)
			}}),
		number("cycle_days", "The median of the days from one purchase date to the next; 0: fewer than two.", func(s Subject) int { return s.Habits.CycleDays }),
		list("categories", "The favourite categories, at most three, by net spend.", Subject.categories),
		list("order_channels", "Where they buy, the most used first, at most four: online, pos, phone, …", func(s Subject) []string { return channels(s.Habits.Orders) }),
		list("contact_channels", "Likewise, of two-way contacts: phone, chat, visit, …", func(s Subject) []string { return channels(s.Habits.Contacts) }),
		list("stores", "Where they are at home, bought or checked in.", Subject.stores),
		number("nps", "The latest answer to would you recommend us, 0 to 10; -1: none.", func(s Subject) int {
			if s.Habits.Asked == 0 {
				return -1
			}
			return s.Habits.NPS
		}),
		days("since_nps", "latest NPS answer", func(s Subject) crm.Date { return s.Habits.Asked }),
		word("lead_stage", "How far the sale has come; empty: nobody said.", func(s Subject) string { return string(s.Habits.Lead.Stage) }, "", "new", "contacted", "nurturing", "qualified", "disqualified"),
		word("decision_stage", "How far their own decision to buy has come; empty: nobody said.", func(s Subject) string { return string(s.Habits.Lead.Decision) }, "", "need", "search", "evaluation", "purchase", "after_purchase"),
		word("intent", "How strongly they mean to buy; empty: nobody said.", func(s Subject) string { return string(s.Habits.Lead.Intent) }, "", "low", "medium", "high"),

		word("kind", "", func(s Subject) string { return string(s.Profile.Kind) }, "person", "organisation"),
		word("sex", "As they told us; empty: unknown.", func(s Subject) string { return string(s.Profile.Sex) }, "", "female", "male", "other"),
		word("occupation", "As they told us.", func(s Subject) string { return s.Profile.Occupation }),
		word("industry", "Of an organisation.", func(s Subject) string { return s.Profile.Industry }),
		word("size", "Of an organisation: how many people work there.", func(s Subject) string { return string(s.Profile.Size) }, "", "1-9", "10-49", "50-249", "250+"),
		list("interests", "What they like.", func(s Subject) []string { return s.Profile.Interests }),
		list("preferences", "How they like to be served.", func(s Subject) []string { return s.Profile.Preferences }),
		list("tags", "What we call them.", func(s Subject) []string { return s.Profile.Tags }),
		word("owner", "The member of staff who looks after them; empty: nobody.", func(s Subject) string { return string(s.Profile.Owner) }),
		word("home_store", "Empty: none.", func(s Subject) string { return string(s.Profile.HomeStore) }),
		word("source", "The channel by which we met first.", func(s Subject) string { return string(s.Profile.Source) }),
		word("country", "ISO 3166-1 alpha-2.", func(s Subject) string { return s.address().Country }),
		word("province", "Of the address.", func(s Subject) string { return s.address().Province }),
		word("city", "Of the address.", func(s Subject) string { return s.address().City }),
		list("consents", "What was granted and not withdrawn: email marketing, sms service, …", Subject.consents),
		{Name: "has_phone", Type: Truth, Doc: "There is a phone number.", Of: func(s Subject, _ crm.Date) any { return s.Profile.Phone != "" }},
		{Name: "has_email", Type: Truth, Doc: "There is an e-mail address.", Of: func(s Subject, _ crm.Date) any { return s.Profile.Email != "" }},
		private(moves(Field{Name: "age", Type: Number, Doc: "In full years; -1: unknown.", Of: func(s Subject, on crm.Date) any { return s.age(on) }})),
		private(moves(Field{Name: "days_to_birthday", Type: Number, Doc: "0 on the day; 100000: unknown.", Of: func(s Subject, on crm.Date) any { return s.daysToBirthday(on) }})),
		private(number("birth_month", "1 to 12; 0: unknown.", func(s Subject) int { _, month, _ := s.birth(); return month })),
		private(word("income_band", "A code of the retailer's.", func(s Subject) string { return s.Profile.IncomeBand })),
		{Name: Custom, Type: Customs, Doc: "The retailer's own fields: custom.shoe_size. One that a customer has no value of is not there: ask has(custom.shoe_size) before.",
			Of: func(s Subject, _ crm.Date) any { return s.Profile.CustomValues() }},
	}
	for _, window := range []struct {
		days   int
		suffix string
	}{{30, "_30d"}, {90, "_90d"}, {insight.WindowDays, "_365d"}} {
		all = append(all,
			moves(Field{Name: "purchases" + window.suffix, Type: Number, Doc: "Dates with a purchase, in so many days up to today.",
				Of: func(s Subject, on crm.Date) any { return s.Habits.Dates(on, window.days) }}),
			moves(Field{Name: "spend" + window.suffix, Type: Number, Doc: "Net spend of these.",
				Of: func(s Subject, on crm.Date) any { return int(s.Habits.Spent(on, window.days)) }}))
	}
	return all
}

func word(name, doc string, of func(Subject) string, values ...string) Field {
	return Field{Name: name, Type: Word, Doc: doc, Values: values, Of: func(s Subject, _ crm.Date) any { return of(s) }}
}

func number(name, doc string, of func(Subject) int) Field {
	return Field{Name: name, Type: Number, Doc: doc, Of: func(s Subject, _ crm.Date) any { return of(s) }}
}

func list(name, doc string, of func(Subject) []string) Field {
	return Field{Name: name, Type: Words, Doc: doc, Of: func(s Subject, _ crm.Date) any { return of(s) }}
}

// days counts from a date until today.
func days(name, what string, of func(Subject) crm.Date) Field {
	return moves(Field{Name: "days_" + name, Type: Number, Doc: "Since the " + what + "; 100000: there was none.",
		Of: func(s Subject, on crm.Date) any { return since(of(s), on) }})
}

func moves(f Field) Field   { f.Moves = true; return f }
func private(f Field) Field { f.Private = true; return f }

package rfm

// Group is the name that marketers know a customer's scores by.
type Group string

const (
	NoGroup        Group = "" // never bought
	Champions      Group = "champions"
	Loyal          Group = "loyal"
	PotentialLoyal Group = "potential_loyalists"
	NewCustomers   Group = "new_customers"
	Promising      Group = "promising"
	NeedAttention  Group = "need_attention"
	AboutToSleep   Group = "about_to_sleep"
	AtRisk         Group = "at_risk"
	CantLoseThem   Group = "cant_lose_them"
	Hibernating    Group = "hibernating"
	LostAltogether Group = "lost"
)

// Group names the scores by recency and the mean of frequency and money,
// rounded up, so that a big spender who came once is not a stranger:
//
//	        worth 1        2              3               4          5
//	R 5     new            potential      potential       champions  champions
//	R 4     promising      potential      potential       loyal      loyal
//	R 3     about to sleep about to sleep need attention  loyal      loyal
//	R 2     hibernating    hibernating    at risk         at risk    can't lose them
//	R 1     lost           hibernating    at risk         at risk    can't lose them
//
// The names and their places follow the customary R × FM map of eleven
// segments; where its fields overlap, the table decides.
func (s Scores) Group() Group {
	if s == (Scores{}) {
		return NoGroup
	}
	worth := (s.F + s.M + 1) / 2
	switch {
	case s.R >= 4 && worth >= 4:
		if s.R == Best {
			return Champions
		}
		return Loyal
	case s.R >= 4 && worth >= 2:
		return PotentialLoyal
	case s.R == Best:
		return NewCustomers
	case s.R == 4:
		return Promising
	case s.R == 3 && worth >= 4:
		return Loyal
	case s.R == 3 && worth == 3:
		return NeedAttention
	case s.R == 3:
		return AboutToSleep
	case worth == Best:
		return CantLoseThem
	case worth >= 3:
		return AtRisk
	case s.R == 1 && worth == 1:
		return LostAltogether
	}
	return Hibernating
}

# Seeds nothing, but shows that it was called, and with what.
grep -q '"control": "http' "$GUANXI_DEV" || exit 1
echo called >> "$(dirname "$GUANXI_DEV")/calls"
echo made of nothing
echo webhook_secret shop whsec_x

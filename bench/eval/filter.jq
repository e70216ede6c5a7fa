select(.status >= 400) | {id, what: "\(.method) \(.url.path)", ms: (.duration * 1000), failed: true}

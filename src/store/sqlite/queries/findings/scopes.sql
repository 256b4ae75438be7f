SELECT DISTINCT scope FROM findings ORDER BY scope

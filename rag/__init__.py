"""Questions over a folder of news articles, answered with checked citations."""

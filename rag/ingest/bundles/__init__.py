"""Files that hold many articles: exports of Factiva, Nexis and WeChat accounts, and JSON."""

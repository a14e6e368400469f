"""The Streamlit pages: each a function for `st.Page`, in the order the eye meets it."""
